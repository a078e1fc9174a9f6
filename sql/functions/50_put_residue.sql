-- What a line looks like that is no part of an article; null for one that may be. A short list, kept apart
-- from the rules that cut lines, so that the meter can find what they leave.
CREATE OR REPLACE FUNCTION copytaster.residue_sign(p_line text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    c_longest_phrase CONSTANT integer := 60; -- with its signs
    c_longest_notice CONSTANT integer := 180;
    v_end text := right(p_line, c_longest_phrase);
    v_is_short boolean := length(p_line) <= c_longest_phrase;
    v_key text;
BEGIN
    -- Most lines are paragraphs: of these only the end is looked at.
    IF NOT v_is_short AND strpos('.!?。！？"”“''’', right(rtrim(p_line), 1)) > 0
        AND (length(p_line) > c_longest_notice OR p_line !~* 'cookie') THEN
        RETURN NULL;
    ELSIF p_line ~ '^\s*(https?://|www\.)\S+\s*$' THEN
        RETURN 'address';
    END IF;
    v_key := CASE WHEN v_is_short THEN btrim(lower(p_line), E' \t\u00a0.,:;!?|/\\…»«›‹→➔➜▶►▸»>-–—·•*#()[]"''“”„') END;
    IF v_key = ANY(ARRAY[
        'read more', 'continue reading', 'read full article', 'read full story', 'read the full story', 'see more',
        'show more', 'learn more', 'view more', 'click here to read more', 'read also', 'also read', 'weiterlesen',
        'mehr lesen', 'mehr erfahren', 'mehr zum thema', 'lesen sie auch', 'zum artikel', 'lire la suite', 'lire plus',
        'en savoir plus', 'lire aussi', 'à lire aussi', 'voir plus', 'leer más', 'seguir leyendo', 'ver más',
        'lea también', 'lee también', 'más información', 'leggi tutto', 'leggi anche', 'continua a leggere',
        'leggi di più', 'ler mais', 'leia mais', 'leia também', 'saiba mais', 'continue lendo', 'lees meer',
        'lees verder', 'lees ook', 'läs mer', 'läs också', 'läs även', 'læs mere', 'læs også', 'les mer', 'les også',
        'lue lisää', 'lue myös', 'lesa meira', 'czytaj więcej', 'czytaj dalej', 'czytaj też', 'czytaj także',
        'číst více', 'celý článek', 'čtěte také', 'čítať viac', 'čítajte viac', 'čítajte aj', 'tovább olvasom',
        'tovább', 'olvasson tovább', 'olvassa el', 'citește mai mult', 'citeste mai mult', 'citește și',
        'citește mai departe', 'pročitaj više', 'pročitajte više', 'opširnije', 'pročitajte i', 'preberi več',
        'preberite več', 'beri dalje', 'прочитај више', 'прочитајте још', 'опширније', 'прочети още',
        'прочетете още', 'виж повече', 'читать далее', 'читать полностью', 'читать дальше', 'подробнее',
        'читайте также', 'читати далі', 'читати більше', 'детальніше', 'читайте також', 'διαβάστε περισσότερα',
        'περισσότερα', 'διαβάστε επίσης', 'διαβάστε ακόμη', 'devamını oku', 'devamı', 'haberin devamı', 'daha fazla',
        'ayrıca oku', 'اقرأ المزيد', 'المزيد', 'اقرأ أيضا', 'اقرأ أيضًا', 'ادامه مطلب', 'بیشتر بخوانید', 'קרא עוד',
        'קראו עוד', 'המשך קריאה', 'עוד בנושא', 'और पढ़ें', 'पूरी खबर पढ़ें', 'यह भी पढ़ें', 'ये भी पढ़ें', 'আরও পড়ুন',
        'আরো পড়ুন', 'baca selengkapnya', 'selengkapnya', 'baca juga', 'baca lebih lanjut', 'baca lagi', 'xem thêm',
        'đọc thêm', 'đọc tiếp', 'xem tiếp', 'อ่านต่อ', 'อ่านเพิ่มเติม', 'ดูเพิ่มเติม', '続きを読む', 'もっと見る', 'もっと読む',
        '関連記事', '더 보기', '더보기', '자세히 보기', '기사 더보기', '阅读更多', '阅读全文', '查看更多', '更多', '相关阅读',
        '閱讀更多', '繼續閱讀', '看更多', '延伸閱讀', 'llegir més', 'llegeix més', 'loe edasi', 'loe lisaks', 'loe ka',
        'lasīt vairāk', 'lasīt tālāk', 'lasi arī', 'skaityti daugiau', 'skaitykite daugiau', 'taip pat skaitykite',
        'lees meer oor', 'soma zaidi', 'basahin pa', 'irakurri gehiago', 'ler máis', 'lexo më shumë'
    ]) THEN
        RETURN 'read_more';
    ELSIF v_key = ANY(ARRAY[
        'share', 'share this', 'share this article', 'share this story', 'share on facebook', 'share on twitter',
        'share on x', 'share via email', 'tweet', 'follow us', 'copy link', 'teilen', 'artikel teilen', 'partager',
        'partager cet article', 'compartir', 'comparte', 'compartilhe', 'compartilhar', 'partilhar', 'condividi',
        'delen', 'deel dit artikel', 'dela', 'del artikel', 'jaa', 'udostępnij', 'podziel się', 'sdílet', 'zdieľať',
        'megosztás', 'distribuie', 'podijeli', 'podeli', 'deli', 'сподели', 'поделиться', 'поділитися', 'κοινοποίηση',
        'paylaş', 'مشاركة', 'شارك', 'اشتراک گذاری', 'שתפו', 'शेयर करें', 'bagikan', 'chia sẻ', 'แชร์', 'シェア', '공유하기',
        '공유', '分享', '分享到'
    ]) THEN
        RETURN 'share';
    ELSIF v_key = ANY(ARRAY[
        'subscribe', 'subscribe now', 'subscribe to our newsletter', 'sign up', 'sign up for our newsletter',
        'sign up now', 'newsletter', 'newsletters', 'log in', 'sign in', 'register', 'download our app', 'abonnieren',
        'jetzt abonnieren', 'newsletter abonnieren', 'zum newsletter anmelden', 'anmelden', 's''abonner',
        'abonnez-vous', 'je m''abonne', 'inscrivez-vous à notre newsletter', 'suscríbete', 'suscribirse',
        'suscríbase', 'regístrate', 'iscriviti', 'abbonati', 'iscriviti alla newsletter', 'assine', 'assine já',
        'subscreva', 'abonneer', 'neem een abonnement', 'prenumerera', 'abonner', 'bliv abonnent', 'bli abonnent',
        'tilaa', 'tilaa uutiskirje', 'subskrybuj', 'zapisz się', 'předplatit', 'predplatiť', 'feliratkozás',
        'abonează-te', 'pretplati se', 'pretplatite se', 'naroči se', 'абонирай се', 'подписаться', 'подпишитесь',
        'підписатися', 'εγγραφή', 'abone ol', 'اشترك', 'اشترك الآن', 'عضویت', 'הרשמה', 'सब्सक्राइब करें', 'berlangganan',
        'đăng ký', 'สมัครสมาชิก', '登録', '会員登録', '구독하기', '구독', '订阅', '訂閱'
    ]) THEN
        RETURN 'subscribe';
    ELSIF v_key = ANY(ARRAY[
        'advertisement', 'advertisements', 'ad', 'sponsored', 'sponsored content', 'related articles',
        'related stories', 'related news', 'related posts', 'related', 'similar news', 'similar articles',
        'more news', 'most read', 'most popular', 'popular news', 'trending', 'trending now', 'recommended',
        'recommended for you', 'you may also like', 'you might also like', 'latest news', 'leave a comment',
        'comments', 'anzeige', 'werbung', 'meistgelesen', 'kommentare', 'ähnliche artikel', 'publicité',
        'les plus lus', 'sur le même sujet', 'commentaires', 'articles similaires', 'publicidad', 'noticias relacionadas',
        'artículos relacionados', 'lo más leído', 'comentarios', 'publicidade', 'mais lidas', 'notícias relacionadas',
        'pubblicità', 'articoli correlati', 'i più letti', 'advertentie', 'meest gelezen', 'gerelateerde artikelen',
        'annons', 'mest läst', 'annonce', 'annonse', 'mest lest', 'mainos', 'luetuimmat', 'reklama', 'najczęściej czytane',
        'powiązane artykuły', 'reklam', 'související články', 'súvisiace články', 'hirdetés', 'kapcsolódó cikkek',
        'publicitate', 'articole similare', 'povezane vijesti', 'oglas', 'sorodne novice', 'реклама', 'свързани новини',
        'похожие новости', 'по теме', 'самое читаемое', 'схожі новини', 'διαφήμιση', 'σχετικά άρθρα', 'ilgili haberler',
        'benzer haberler', 'إعلان', 'أخبار ذات صلة', 'مواضيع ذات صلة', 'اخبار مرتبط', 'פרסומת', 'כתבות נוספות', 'विज्ञापन',
        'संबंधित खबरें', 'iklan', 'berita terkait', 'quảng cáo', 'tin liên quan', 'โฆษณา', 'ข่าวที่เกี่ยวข้อง', '広告', '광고',
        '관련기사', '广告', '相关新闻', '相關新聞', '廣告'
    ]) THEN
        RETURN 'list_or_advertisement';
    ELSIF length(p_line) <= c_longest_notice AND p_line ~* '^.{0,80}\m(cookie|cookies)\M.{0,80}$'
        AND p_line ~* '(accept|consent|settings|preferences|policy|akzeptier|einstellung|accepte|aceptar|aceitar|accett|privacy|we use|uses)' THEN
        RETURN 'cookies';
    ELSIF v_end ~* '\S.{12,}\s(read more|continue reading|read full (story|article)|weiterlesen|lire la suite|leer más|leia mais|leggi tutto|lees (meer|verder)|läs mer|læs mere|les mer|lue lisää|czytaj (więcej|dalej)|číst více|tovább|citește mai mult|pročitaj više|прочети още|читать далее|читати далі|διαβάστε περισσότερα|devamını oku|اقرأ المزيد|ادامه مطلب|קרא עוד|और पढ़ें|baca selengkapnya|xem thêm|อ่านต่อ|続きを読む|더보기|阅读更多)(\.{2,}|[\s…:»›→➔▶►>)])*$' THEN
        RETURN 'read_more_ending';
    ELSIF v_end ~ '[→➔➜▶►▸]\s*$' OR (v_end ~ '[»›]\s*$' AND p_line !~ '[»«›‹„].*[»›]\s*$') THEN
        RETURN 'arrow';
    END IF;
    RETURN NULL;
END
$function$;

-- Note which of these articles have residue: each version once, by its first such line.
CREATE OR REPLACE FUNCTION copytaster.put_residue(p_articles bigint[])
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $function$
    INSERT INTO copytaster.residue (article_id, version, sign, line)
    SELECT DISTINCT ON (article.article_id) article.article_id, article.version, told.sign, told.line
    FROM copytaster.article AS article
    CROSS JOIN LATERAL string_to_table(article.article_body, E'\n') WITH ORDINALITY AS kept (line, place)
    CROSS JOIN LATERAL (SELECT copytaster.residue_sign(kept.line) AS sign, left(kept.line, 500) AS line) AS told
    WHERE article.article_id = ANY(p_articles) AND told.sign IS NOT NULL
    ORDER BY article.article_id, kept.place
    ON CONFLICT (article_id, version) DO NOTHING
$function$;

-- Note which of these articles (not noted yet) kept a short line that their site repeats.
CREATE OR REPLACE FUNCTION copytaster.put_recurring_residue(p_articles bigint[], p_sites text[])
RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $function$
    INSERT INTO copytaster.residue (article_id, version, sign, line)
    SELECT DISTINCT ON (article.article_id) article.article_id, article.version, 'recurring', kept.line
    FROM unnest(p_articles, p_sites) AS given (article_id, site)
    INNER JOIN copytaster.article AS article ON article.article_id = given.article_id
    INNER JOIN copytaster.site AS site ON site.site = given.site
    INNER JOIN copytaster.site_line AS line
        ON line.site_id = site.site_id AND line.articles >= 2 AND line.articles >= 5
        AND length(line.line) <= 100
        AND line.articles * 2 ^ (line.clock - site.clock)
        >= 0.3 * (site.articles - line.first_weight * 2 ^ (line.first_clock - site.clock))
    INNER JOIN LATERAL string_to_table(article.article_body, E'\n') WITH ORDINALITY AS kept (line, place)
        ON kept.line = line.line
    WHERE (
        SELECT decision.decision
        FROM copytaster.line_decision AS decision
        WHERE decision.line_key = line.line_key AND decision.site_id = line.site_id
        ORDER BY decision.line_decision_id DESC
        LIMIT 1
    ) IS DISTINCT FROM 'keep'
    ORDER BY article.article_id, kept.place
    ON CONFLICT (article_id, version) DO NOTHING
$function$;
